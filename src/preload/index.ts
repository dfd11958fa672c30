import { contextBridge, ipcRenderer } from 'electron'
import type { Bridge, BridgeChannel } from '../contract/bridge.ts'

const connectChannel: BridgeChannel = 'kora:connect'
const portChannel: BridgeChannel = 'kora:port'
const navigateChannel: BridgeChannel = 'kora:navigate'

const bridge: Bridge = {
  connect: () => ipcRenderer.send(connectChannel),
  onNavigate(run) {
    const listen = (_event: unknown, route: string): void => run(route)
    ipcRenderer.on(navigateChannel, listen)
    return () => void ipcRenderer.off(navigateChannel, listen)
  },
}

contextBridge.exposeInMainWorld('kora', bridge)

// A port cannot pass the context bridge; it is posted to this window, and to no other origin.
ipcRenderer.on(portChannel, (event) => window.postMessage(portChannel, window.location.origin, [...event.ports]))
