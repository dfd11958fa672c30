import Plus from 'lucide-react/icons/plus'
import { useMemo } from 'react'
import { routePath } from '../../app/route.ts'
import { navigate, useRoute } from '../../app/router.ts'
import { SectionPage } from '../../app/SectionPage.tsx'
import type { KindInfo, ProbeDefinitionView } from '../../../contract/probes.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { explain } from '../../client/errors.ts'
import { useWork, type Fetched } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import type { CockpitClient } from '../../client/types.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { SwitchField } from '../../components/Field.tsx'
import { formatInterval } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { serviceTone } from '../../components/status.ts'
import { notify } from '../../components/toasts.ts'
import { ProbeSheet } from './ProbeSheet.tsx'
import styles from './Settings.module.css'
import type { SettingsView } from './settingsForm.ts'

export interface ProbesData {
  readonly definitions: readonly ProbeDefinitionView[]
  readonly kinds: readonly KindInfo[]
}

interface ProbesPageProps {
  probes: Fetched<ProbesData>
  view: SettingsView
  onChanged: () => void
}

/** What is watched, and how. */
export function ProbesPage({ probes, view, onChanged }: ProbesPageProps) {
  const { rest } = useRoute()
  const editing = rest[1] ?? null
  const data = probes.kind === 'ready' ? probes.data : null
  const sorted = useMemo(() => data?.definitions.toSorted((a, b) => a.title.localeCompare(b.title)) ?? [], [data])
  return (
    <SectionPage
      title="Probes"
      text="A probe asks one service how it is, at its own interval. Checking costs nothing."
      actions={
        <ButtonLink look="primary" href="#/settings/probes/new">
          <Plus size={14} aria-hidden="true" />
          Add a probe
        </ButtonLink>
      }
    >
      {probes.kind === 'loading' ? <Skeleton lines={6} label="Loading probes" /> : null}
      {probes.kind === 'failed' ? (
        <ErrorState title="The probes could not be read" problem={probes.problem} onRetry={onChanged} />
      ) : null}
      {data && sorted.length === 0 ? (
        <div className="panel">
          <EmptyState>Nothing is watched yet, because no probe is set up.</EmptyState>
        </div>
      ) : null}
      {data && sorted.length > 0 ? (
        <ul className={`panel ${styles['probes']}`} aria-label="Probes">
          {sorted.map((definition) => (
            <Probe
              key={definition.id}
              definition={definition}
              kind={data.kinds.find((kind) => kind.kind === definition.kind)}
              onChanged={onChanged}
            />
          ))}
        </ul>
      ) : null}
      {data ? (
        <ProbeSheet
          key={editing ?? ''}
          id={editing}
          data={data}
          secrets={view.secrets}
          onClose={() => navigate('/settings/probes', { quiet: true })}
          onChanged={onChanged}
        />
      ) : null}
    </SectionPage>
  )
}

function Probe({
  definition,
  kind,
  onChanged,
}: {
  definition: ProbeDefinitionView
  kind: KindInfo | undefined
  onChanged: () => void
}) {
  const { client, online } = useCockpit()
  const row = useMirror((mirror) => mirror.services[definition.id])
  const toggle = useWork(async (enabled: boolean) => {
    await client.probes.update(draft({ ...definition, enabled }))
    onChanged()
  })
  return (
    <li className={styles['probe']}>
      <Glyph name={row ? serviceTone(row) : 'unknown'} />
      <div className={styles['probeWords']}>
        <a className={styles['probeTitle']} href={`#${routePath('settings', 'probes', definition.id)}`}>
          {definition.title}
        </a>
        <p className="dim small">
          {kind?.label ?? definition.kind} · every {formatInterval(definition.intervalMs)} ·{' '}
          <span className="mono">{definition.id}</span>
        </p>
        {toggle.state.kind === 'failed' ? <InlineProblem problem={toggle.state.problem} /> : null}
      </div>
      <SwitchField
        label="Watch"
        of={definition.title}
        value={definition.enabled}
        onChange={(enabled) => online && void toggle.run(enabled)}
      />
      <Button
        look="quiet"
        unavailable={online ? null : offlineReason}
        aria-label={`Remove ${definition.title}`}
        onClick={() => void removeProbe(client, definition, onChanged)}
      >
        Remove
      </Button>
    </li>
  )
}

function draft({ id, kind, title, config, intervalMs, enabled }: ProbeDefinitionView) {
  return { id, kind, title, config, intervalMs, enabled }
}

/** Its history stays, so taking it back is making it again. */
async function removeProbe(
  client: CockpitClient,
  definition: ProbeDefinitionView,
  onChanged: () => void,
): Promise<void> {
  try {
    await client.probes.remove({ id: definition.id })
  } catch (error) {
    notify({ title: `${definition.title} was not removed`, text: explain(error).message, failed: true })
    return
  }
  onChanged()
  const undo = () => {
    client.probes
      .create(draft(definition))
      .then(onChanged, (error: unknown) =>
        notify({ title: `${definition.title} was not brought back`, text: explain(error).message, failed: true }),
      )
  }
  notify({ title: `${definition.title} is removed`, text: 'Its history stays.', action: { label: 'Undo', run: undo } })
}
