import { EventEmitter } from 'node:events'

let lastId = 0

/** Where a transferred port now lives. */
export interface RemoteEnd {
  message(id: number, data: unknown): void
  close(id: number): void
}

/** `MessagePortMain`: queues until `start`, forwards once it was handed to a page. */
export class MessagePortMain extends EventEmitter {
  readonly id = ++lastId
  peer: MessagePortMain | null = null
  #queue: unknown[] = []
  #started = false
  #closed = false
  #remote: RemoteEnd | null = null

  postMessage(data: unknown): void {
    this.peer?.receive(structuredClone(data))
  }

  start(): void {
    this.#started = true
    for (const data of this.#queue.splice(0)) this.receive(data)
  }

  close(): void {
    this.end()
    this.peer?.end()
  }

  receive(data: unknown): void {
    if (this.#closed) return
    if (this.#remote) this.#remote.message(this.id, data)
    else if (this.#started) setImmediate(() => this.emit('message', { data, ports: [] }))
    else this.#queue.push(data)
  }

  /** This end is gone, whoever closed it. */
  end(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#remote) this.#remote.close(this.id)
    else setImmediate(() => this.emit('close'))
  }

  moveTo(remote: RemoteEnd): void {
    this.#remote = remote
    for (const data of this.#queue.splice(0)) remote.message(this.id, data)
  }

  /** The page posted something on this transferred end. */
  fromRemote(data: unknown): void {
    this.peer?.receive(data)
  }
}

export class MessageChannelMain {
  readonly port1 = new MessagePortMain()
  readonly port2 = new MessagePortMain()

  constructor() {
    this.port1.peer = this.port2
    this.port2.peer = this.port1
  }
}
