import { routePath } from '../../app/route.ts'
import { navigate } from '../../app/router.ts'
import type { ServiceRow } from '../../../contract/probes.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { checkNow } from '../../client/incidentActions.ts'
import { useMirror } from '../../client/mirror.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { Sheet } from '../../components/Dialog.tsx'
import { CopyableAge } from '../../components/Figures.tsx'
import { formatInterval, formatLatency } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { KeyValues } from '../../components/Layout.tsx'
import { EmptyState } from '../../components/States.tsx'
import { serviceTone } from '../../components/status.ts'
import { readDetails } from './details.ts'
import { LatencyPanel } from './LatencyPanel.tsx'
import styles from './Now.module.css'
import { stateWords } from './serviceColumns.tsx'

const close = () => navigate('/now', { quiet: true })

/** One service in full, beside the table it was opened from. */
export function ServiceSheet({ id }: { id: string | null }) {
  const row = useMirror((mirror) => (id === null ? undefined : mirror.services[id]))
  const title = row?.title ?? id ?? ''
  return (
    <Sheet open={id !== null} title={title} label={title} onClose={close}>
      {row ? (
        <Service row={row} />
      ) : (
        <EmptyState action={<Button onClick={close}>Close</Button>}>
          There is no service with this id. It may have been removed in Settings.
        </EmptyState>
      )}
    </Sheet>
  )
}

function Service({ row }: { row: ServiceRow }) {
  const { client, online } = useCockpit()
  const { facts, nested } = readDetails(row.details)
  return (
    <>
      <p className={styles['sheetState']}>
        <Status tone={serviceTone(row)}>{stateWords(row)}</Status>
      </p>
      {row.error ? <p className={`mono ${styles['errorText']}`}>{row.error}</p> : null}
      <div className={styles['sheetActions']}>
        <Button
          busy={row.checking}
          unavailable={online ? (row.enabled ? null : 'This probe is switched off') : offlineReason}
          onClick={() => void checkNow(client, row)}
        >
          Check now
        </Button>
        {row.incidentId ? (
          <ButtonLink href={`#${routePath('investigations', row.incidentId)}`}>Open its incident</ButtonLink>
        ) : null}
        <ButtonLink href={`#${routePath('settings', 'probes', row.id)}`}>Edit in Settings</ButtonLink>
      </div>
      <LatencyPanel id={row.id} observedAtMs={row.observedAtMs} />
      <KeyValues
        facts={[
          { name: 'Now', value: <span className="num">{formatLatency(row.latencyMs)}</span> },
          {
            name: 'p95, 1 h',
            value: (
              <span className="num">{row.p95Ms === null ? 'too few checks to say' : formatLatency(row.p95Ms)}</span>
            ),
          },
          { name: 'Checked', value: <CopyableAge atMs={row.observedAtMs} as="ago" none="not yet" /> },
          { name: 'Every', value: <span className="num">{formatInterval(row.intervalMs)}</span> },
          { name: 'Kind', value: row.kind },
          { name: 'Id', value: <span className="mono">{row.id}</span> },
          ...facts,
        ]}
      />
      {nested ? (
        <>
          <h3 className={styles['subTitle']}>Details</h3>
          <pre className={`mono ${styles['raw']}`} role="region" tabIndex={0} aria-label="Details">
            {nested}
          </pre>
        </>
      ) : null}
    </>
  )
}
