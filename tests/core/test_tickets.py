"""Tickets for keys: good once, for their visitor, for a minute."""

from scripted import HandClock

from chat.messages import Secret
from chat.tickets import HELD, LIFE_S, Tickets

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
    for _ in range(HELD):
        tickets.issue("ben", KEY)

    assert tickets.redeem("ann", first) is None
    assert KEY.value not in repr(vars(tickets))
