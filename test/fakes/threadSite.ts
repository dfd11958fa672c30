import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { onTestFinished } from 'vitest'

/** A web site in a thread of its own, which answers while the loop of the test stands still. */
export interface ThreadSite {
  readonly url: string
  /** Resolves once so many more requests have come in. */
  received(count: number): Promise<void>
}

/** @param answerAfterMs real time from a request to its answer, which is `200 fine` */
export async function startThreadSite(answerAfterMs: number): Promise<ThreadSite> {
  const script = `
    const { createServer } = require('node:http')
    const { parentPort, workerData } = require('node:worker_threads')
    const server = createServer((request, response) => {
      parentPort.postMessage('request')
      setTimeout(() => response.end('fine'), workerData)
    })
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`
  const worker = new Worker(script, { eval: true, workerData: answerAfterMs })
  onTestFinished(() => void worker.terminate())
  const [port] = (await once(worker, 'message')) as [number]
  return {
    url: `http://127.0.0.1:${port}`,
    async received(count) {
      for (let request = 0; request < count; request++) await once(worker, 'message')
    },
  }
}
