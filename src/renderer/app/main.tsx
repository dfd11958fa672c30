import { createRoot } from 'react-dom/client'
import { createConnection } from '../client/connection.ts'
import { App } from './App.tsx'
import { navigate, startRouter } from './router.ts'
import './tokens.css'
import './base.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no root element')

const source = createConnection()
// First of all: it takes a one-time code out of the address before anything else reads it.
source.start()
startRouter(window.kora ? 'desktop' : 'headless')
window.kora?.onNavigate((route) => navigate(route, { via: 'notification' }))

createRoot(root).render(<App source={source} />)
