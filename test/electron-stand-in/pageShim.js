// Runs before any script of a page's top frame, and before the preload script, which follows it.
;(() => {
  if (window !== window.top) return
  const listeners = new Map()
  const ports = new Map()
  const post = (message) => void window.__standIn(message)

  const ipcRenderer = {
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
      return ipcRenderer
    },
    off(channel, listener) {
      listeners.set(
        channel,
        (listeners.get(channel) ?? []).filter((one) => one !== listener),
      )
      return ipcRenderer
    },
    send: (channel, ...args) => post({ kind: 'send', channel, args: structuredClone(args) }),
  }

  // Functions are wrapped and objects copied and frozen, as the real bridge hands out proxies.
  const bridged = (value) => {
    if (typeof value === 'function') return (...args) => bridged(value(...args))
    if (value === null || typeof value !== 'object') return value
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, bridged(one)])))
  }
  const contextBridge = {
    exposeInMainWorld: (key, api) => Object.defineProperty(window, key, { value: bridged(api), enumerable: true }),
  }

  const receivePort = (id) => {
    const { port1, port2 } = new MessageChannel()
    ports.set(id, port1)
    port1.onmessage = (event) => post({ kind: 'port', id, data: event.data })
    port1.addEventListener('close', () => post({ kind: 'port closed', id }))
    return port2
  }

  Object.defineProperty(window, '__fromMain', {
    value: (message) => {
      if (message.kind === 'port') return ports.get(message.id)?.postMessage(message.data)
      if (message.kind === 'port closed') return ports.get(message.id)?.close()
      const event = { sender: ipcRenderer, ports: message.ports.map(receivePort) }
      for (const listener of listeners.get(message.channel) ?? []) listener(event, ...message.args)
    },
  })

  const require = (name) => {
    if (name === 'electron') return { contextBridge, ipcRenderer }
    throw new Error(`a sandboxed preload script cannot load ${name}`)
  }
  const module = { exports: {} }
  // Called once, right after this script, with the preload script as a function.
  window.__standInScope = (preload) => {
    delete window.__standInScope
    preload(require, module, module.exports)
  }
})()
