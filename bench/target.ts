import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A web site of its own process: every page is `ok`, except `/count`, which tells how many of those were asked for. */
let asked = 0
const server = createServer((request, response) => {
  if (request.url === '/count') return void response.end(String(asked))
  asked++
  response.end('ok')
})
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
