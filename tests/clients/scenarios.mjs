// What front ends of the AI SDK do with the app, in the packages' own code, all at once; prints
// what they saw.
// Usage: node scenarios.mjs 7|7.0.0|…|4 http://localhost:8501 TOKEN
// What is to be seen is checked in test_ai_sdk.py.

const [version, origin, token] = process.argv.slice(2)
const headers = { authorization: `Bearer ${token}` }
const api = `${origin}/api/chat`
const SHORT = 'sim/rate-200-len-30-ttft-0'
const LONG = 'sim/rate-40-len-100000-ttft-0'
const SLOW = 'sim/rate-40-len-60-ttft-0'

const wait = ms => new Promise(done => setTimeout(done, ms))
async function until(condition) {
  while (!(await condition())) await wait(10)
}
const fetchText = async path => {
  const answer = await fetch(origin + path, { headers })
  return { status: answer.status, text: await answer.text() }
}
const stored = async id => JSON.parse((await fetchText(`/api/chats/${id}`)).text)
const stopOnServer = async id =>
  (await fetch(`${api}/${id}/stop`, { method: 'POST', headers })).status
const said = message =>
  (message?.parts ?? []).filter(part => part.type === 'text').map(part => part.text).join('')

async function newer() {
  const { AbstractChat, DefaultChatTransport } = await import(`ai${version}`)

  class State {
    constructor(messages) {
      this.status = 'ready'
      this.error = undefined
      this.messages = messages
    }
    pushMessage = message => { this.messages = [...this.messages, message] }
    popMessage = () => { this.messages = this.messages.slice(0, -1) }
    replaceMessage = (place, message) => { this.messages = this.messages.with(place, message) }
    snapshot = value => structuredClone(value)
  }
  class Chat extends AbstractChat {
    constructor({ messages = [], ...init }) {
      super({ ...init, state: new State(messages) })
    }
  }

  const ids = name => `v${version}-${name}`
  function open(id, model, more = {}) {
    const seen = { errors: [], ends: [] }
    const chat = new Chat({
      id,
      messages: more.messages,
      transport: new DefaultChatTransport({
        api, headers, body: { model, ...more.body }, ...more.transport,
      }),
      onError: error => seen.errors.push(error.message),
      onFinish: end => seen.ends.push({ isAbort: end.isAbort, isError: end.isError }),
    })
    const report = () => ({
      status: chat.status,
      texts: chat.messages.map(said),
      parts: chat.lastMessage?.parts.map(part => part.type) ?? [],
      id: chat.lastMessage?.id,
      metadata: chat.lastMessage?.metadata,
      ...seen,
    })
    return { chat, report }
  }
  const begun = chat => until(() => said(chat.lastMessage).length > 40)

  return {
    async send() {
      const { chat, report } = open(ids('send'), SHORT)
      await chat.sendMessage({ text: 'Hi' })
      return { ...report(), stored: await stored(ids('send')) }
    },
    async turns() {
      const { chat, report } = open(ids('turns'), 'sim/rate-200-len-20-think-10-ttft-0')
      await chat.sendMessage({ text: 'One' })
      await chat.sendMessage({ text: 'Two' })
      return { ...report(), stored: await stored(ids('turns')) }
    },
    async lastOnly() {
      const prepareSendMessagesRequest = ({ id, messages, body }) =>
        ({ body: { ...body, id, message: messages.at(-1) } })
      const more = { transport: { prepareSendMessagesRequest } }
      const { chat, report } = open(ids('last'), SHORT, more)
      await chat.sendMessage({ text: 'One' })
      await chat.sendMessage({ text: 'Two' })
      return { ...report(), stored: await stored(ids('last')) }
    },
    async regenerate() {
      const { chat, report } = open(ids('again'), SHORT)
      await chat.sendMessage({ text: 'Hi' })
      const first = chat.lastMessage.id
      await chat.regenerate()
      return { ...report(), first, stored: await stored(ids('again')) }
    },
    async edit() {
      const { chat, report } = open(ids('edit'), 'sim/echo-rate-200-ttft-0')
      await chat.sendMessage({ text: 'One' })
      await chat.sendMessage({ text: 'Twoo' })
      await chat.sendMessage({ text: 'Two', messageId: chat.messages[2].id })
      return { ...report(), stored: await stored(ids('edit')) }
    },
    async error() {
      const { chat, report } = open(ids('error'), 'sim/error-moderated-at-5-ttft-0')
      await chat.sendMessage({ text: 'Hi' })
      return report()
    },
    async refused() {
      const { chat, report } = open(ids('refused'), SHORT, { body: { apiKey: 'two words' } })
      await chat.sendMessage({ text: 'Hi' })
      return report()
    },
    async retried() {
      const { chat, report } = open(ids('retried'), 'sim/fails-1-503-ttft-0-len-20-rate-200')
      await chat.sendMessage({ text: `Hi ${version}` })
      return report()
    },
    async abort() {
      const { chat, report } = open(ids('abort'), LONG)
      const sending = chat.sendMessage({ text: 'Hi' })
      await begun(chat)
      await chat.stop()
      await sending
      const runs = (await stored(ids('abort'))).isAnswering
      await stopOnServer(ids('abort'))
      return { ...report(), runs }
    },
    async stop() {
      const { chat, report } = open(ids('stop'), LONG)
      const sending = chat.sendMessage({ text: 'Hi' })
      await begun(chat)
      const answer = await stopOnServer(ids('stop'))
      await sending
      return { ...report(), answer, stored: await stored(ids('stop')) }
    },
    async resume() {
      const one = open(ids('resume'), SLOW)
      const sending = one.chat.sendMessage({ text: 'Hi' })
      await begun(one.chat)
      const other = open(ids('resume'), SLOW, { messages: structuredClone(one.chat.messages.slice(0, 1)) })
      await Promise.all([sending, other.chat.resumeStream()])
      return { one: one.report(), other: other.report() }
    },
    async idle() {
      const { chat, report } = open(ids('idle'), SHORT)
      await chat.resumeStream()
      return { ...report(), answer: await fetchText(`/api/chat/${ids('idle')}/stream`) }
    },
  }
}

async function old() {
  const { callChatApi } = await import('@ai-sdk/ui-utils')
  await import('ai4')

  async function call(id, model, { requestType = 'generate', signal, onText, body, history } = {}) {
    const messages = history ?? [{ role: 'user', content: 'Hi' }]
    const seen = { errors: [], message: undefined, data: undefined, end: undefined }
    try {
      await callChatApi({
        api,
        headers,
        body: { id, messages, model, ...body },
        streamProtocol: 'data',
        abortController: () => signal ?? null,
        restoreMessagesOnFailure: () => {},
        onUpdate: ({ message, data }) => { Object.assign(seen, { message, data }); onText?.(message.content) },
        onFinish: (_message, end) => { seen.end = end },
        generateId: () => 'made-up',
        lastMessage: undefined,
        requestType,
      })
    } catch (error) {
      seen.errors.push(error.name === 'AbortError' ? 'aborted' : error.message)
    }
    return seen
  }
  const begunCall = (id, model, more = {}) => {
    let begin
    const begun = new Promise(done => { begin = done })
    const call_ = call(id, model, { ...more, onText: text => text.length > 40 && begin() })
    return { begun, call: call_ }
  }

  return {
    async send() {
      return { ...(await call('v4-send', SHORT)), stored: await stored('v4-send') }
    },
    async turns() {
      const one = (await call('v4-turns', SHORT)).message
      const history = [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: one.content, parts: one.parts },
        { role: 'user', content: 'Two', parts: [{ type: 'text', text: 'Two' }] },
      ]
      return { ...(await call('v4-turns', SHORT, { history })), stored: await stored('v4-turns') }
    },
    error: () => call('v4-error', 'sim/error-moderated-at-5-ttft-0'),
    refused: () => call('v4-refused', SHORT, { body: { apiKey: 'two words' } }),
    async abort() {
      const signal = new AbortController()
      const { begun, call } = begunCall('v4-abort', LONG, { signal })
      await begun
      signal.abort()
      const seen = await call
      const runs = (await stored('v4-abort')).isAnswering
      await stopOnServer('v4-abort')
      return { ...seen, runs }
    },
    async stop() {
      const { begun, call } = begunCall('v4-stop', LONG)
      await begun
      const answer = await stopOnServer('v4-stop')
      return { ...(await call), answer }
    },
    async resume() {
      const one = begunCall('v4-resume', SLOW)
      await one.begun
      const other = call('v4-resume', SLOW, { requestType: 'resume' })
      return { one: await one.call, other: await other }
    },
    async idle() {
      const seen = await call('v4-idle', SHORT, { requestType: 'resume' })
      return { ...seen, answer: await fetchText('/api/chat?chatId=v4-idle') }
    },
  }
}

const scenarios = version.startsWith('4') ? await old() : await newer()
const played = Object.entries(scenarios).map(async ([name, play]) => {
  const late = wait(20000).then(() => { throw new Error('it took too long') })
  try {
    return [name, await Promise.race([play(), late])]
  } catch (error) {
    return [name, { thrown: `${error.stack}` }]
  }
})
console.log(JSON.stringify(Object.fromEntries(await Promise.all(played))))
process.exit(0)
