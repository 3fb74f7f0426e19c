"""Tickets for keys: good once, for their visitor, for a minute."""

from scripted import HandClock

from chat.messages import Secret
from chat.tickets import HELD, HELD_BY_VISITOR, LIFE_S, Tickets

KEY = Secret("sk-or-v1-" + "a1" * 32)


def test_a_ticket_is_good_once() -> None:
    tickets = Tickets(HandClock())
    ticket = tickets.issue("ann", KEY)

    assert tickets.redeem("ann", ticket) == KEY
    assert tickets.redeem("ann", ticket) is None


def test_a_ticket_is_its_visitors_and_stays_so() -> None:
    tickets = Tickets(HandClock())
    ticket = tickets.issue("ann", KEY)

    assert tickets.redeem("ben", ticket) is None
    assert tickets.redeem("ann", ticket) == KEY


def test_a_ticket_is_good_for_a_minute() -> None:
    clock = HandClock()
    tickets = Tickets(clock)
    ticket = tickets.issue("ann", KEY)

    clock.turn(LIFE_S + 1)

    assert tickets.redeem("ann", ticket) is None


def test_only_so_many_are_held_and_none_shows_its_key() -> None:
    tickets = Tickets(HandClock())
    first = tickets.issue("ann", KEY)
    for number in range(HELD):
        tickets.issue(f"ben{number}", KEY)

    assert tickets.redeem("ann", first) is None
    assert KEY.value not in repr(vars(tickets))


def test_one_visitor_pushes_out_nobody_elses() -> None:
    tickets = Tickets(HandClock())
    anns, bens = tickets.issue("ann", KEY), tickets.issue("ben", KEY)
    for _ in range(HELD + 1):
        newest = tickets.issue("ben", KEY)

    assert tickets.redeem("ben", bens) is None
    assert len(vars(tickets)["_held"]) == HELD_BY_VISITOR + 1
    assert (tickets.redeem("ann", anns), tickets.redeem("ben", newest)) == (KEY, KEY)


def test_what_is_too_old_is_let_go_of_at_the_next() -> None:
    clock = HandClock()
    tickets = Tickets(clock)
    tickets.issue("ann", KEY)
    clock.turn(LIFE_S + 1)

    tickets.issue("ben", KEY)

    assert len(vars(tickets)["_held"]) == 1
