import { SectionPage } from '../../app/SectionPage.tsx'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useFetched, useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { Age, Count } from '../../components/Figures.tsx'
import { countOf, formatCount } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { KeyValues } from '../../components/Layout.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import styles from './System.module.css'

/** Whether the chained log of every decision is whole. Its records are read in History. */
export function AuditPage() {
  const { client } = useCockpit()
  const newest = useMirror((mirror) => mirror.history.newestAtMs ?? 0)
  const { state, reload } = useFetched(() => client.system.audit({ limit: 1 }), 'newest', newest)
  const row = state.kind === 'ready' ? state.data[0] : undefined
  return (
    <SectionPage
      title="Audit log"
      text="Each row carries the hash of the one before it, so that nothing can be changed or left out unseen."
      actions={<ButtonLink href="#/history">Browse records in History</ButtonLink>}
    >
      {state.kind === 'loading' ? <Skeleton lines={3} label="Loading the audit log" /> : null}
      {state.kind === 'failed' ? (
        <ErrorState title="The audit log could not be read" problem={state.problem} onRetry={reload} />
      ) : null}
      {state.kind === 'ready' && !row ? (
        <div className="panel">
          <EmptyState>Nothing is recorded yet, so there is no chain to verify.</EmptyState>
        </div>
      ) : null}
      {row ? (
        <>
          <KeyValues
            facts={[
              {
                name: 'Newest row',
                value: (
                  <>
                    no. <Count value={row.seq} />, <Age atMs={row.emittedAtMs} as="ago" />
                  </>
                ),
              },
              { name: 'Seam', value: <span className="mono">{row.seam}</span> },
            ]}
          />
          <VerifyChain />
        </>
      ) : null}
      {state.kind === 'ready' && state.problem ? <InlineProblem problem={state.problem} /> : null}
    </SectionPage>
  )
}

function VerifyChain() {
  const { client, online } = useCockpit()
  const { state, run } = useWork(async () => ({ ...(await client.system.verifyAudit()), atMs: daemonNowMs() }))
  return (
    <div className={styles['verify']}>
      <Button busy={state.kind === 'running'} unavailable={online ? null : offlineReason} onClick={() => void run()}>
        Verify chain
      </Button>
      <span role="status" className={styles['verdict']}>
        {state.kind === 'running' ? 'Checking every row, which may take a while' : null}
        {state.kind === 'done' ? (
          <>
            <Glyph name={state.result.ok ? 'well' : 'trouble'} />
            <span>
              {state.result.ok
                ? `${countOf(state.result.rows, 'row')} checked, every link holds, `
                : `The chain breaks at row ${formatCount(state.result.firstBrokenSeq)}: it or the one before was changed. Found `}
              <Age atMs={state.result.atMs} as="ago" />
            </span>
          </>
        ) : null}
      </span>
      {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
    </div>
  )
}
