/**
 * `node:http` without its other half. An `import` of it reads every export once, and three of them are getters that
 * load Node's own fetch and WebSocket: several megabytes for something nobody here uses.
 */
export const { createServer, request } = process.getBuiltinModule('node:http')
