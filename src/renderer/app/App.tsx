import { CSPProvider } from '@base-ui/react/csp-provider'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { CockpitContext } from '../client/CockpitContext.ts'
import { useSlow } from '../client/hooks.ts'
import { useMirrorFilled } from '../client/mirror.ts'
import { feedMirror } from '../client/mirrorFeed.ts'
import type { Connection, ConnectionSource, ConnectionState } from '../client/types.ts'
import { Button } from '../components/Button.tsx'
import { PageState } from '../components/States.tsx'
import { Shell } from './Shell.tsx'
import { SignIn } from './SignIn.tsx'

/** From the line to the daemon to what is drawn: signing in, waiting, or the shell over the newest known state. */
export function App({ source }: { source: ConnectionSource }) {
  const state = useSyncExternalStore(source.subscribe, source.get)
  return (
    <CSPProvider disableStyleElements>
      {state.kind === 'signed_out' ? <SignIn /> : <Connected state={state} onRetry={() => source.retryNow()} />}
    </CSPProvider>
  )
}

function Connected({
  state,
  onRetry,
}: {
  state: Exclude<ConnectionState, { kind: 'signed_out' }>
  onRetry: () => void
}) {
  const filled = useMirrorFilled()
  const open = state.kind === 'open' ? state.connection : null
  const [newest, setNewest] = useState<Connection | null>(open)
  if (open && open !== newest) setNewest(open)

  useEffect(() => {
    if (!open) return
    const controller = new AbortController()
    void feedMirror(open.client, controller.signal)
    return () => controller.abort()
  }, [open])

  const cockpit = useMemo(
    () => (newest ? { client: newest.client, host: newest.host, online: open === newest } : null),
    [newest, open],
  )
  if (!cockpit || !filled) return <Waiting lost={state.kind === 'lost'} onRetry={onRetry} />
  return (
    <CockpitContext value={cockpit}>
      <Shell retryAtMs={state.kind === 'lost' ? state.retryAtMs : null} onRetry={onRetry} />
    </CockpitContext>
  )
}

/** Nothing is known yet. A quick start draws nothing at all. */
function Waiting({ lost, onRetry }: { lost: boolean; onRetry: () => void }) {
  const slow = useSlow(!lost)
  if (lost) {
    return (
      <PageState title="Kora does not answer">
        <p className="dim">It may be starting, or stopped. This page tries again by itself.</p>
        <div>
          <Button look="primary" onClick={onRetry}>
            Try now
          </Button>
        </div>
      </PageState>
    )
  }
  if (!slow) return null
  return (
    <PageState title="Connecting to Kora">
      <p className="dim">One moment.</p>
    </PageState>
  )
}
