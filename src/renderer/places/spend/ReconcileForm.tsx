import { useId, useState } from 'react'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useFetched, useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { releaseGuard, useUnsavedGuard } from '../../app/router.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { TextField } from '../../components/Field.tsx'
import { formatDay } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { InlineProblem } from '../../components/States.tsx'
import { outcomeText, previewText, readAmount } from './reconcileWords.ts'
import styles from './Spend.module.css'
import { budgetSettings } from './spendWords.ts'

/** Compares our estimate with what the provider says: typed by hand, or asked of its cost report. */
export function ReconcileForm({ onDone }: { onDone: () => void }) {
  const { client, online } = useCockpit()
  const budget = useMirror((mirror) => mirror.spend.budget)
  const nowMs = useNow(60_000)
  const [text, setText] = useState('')
  const [pressed, setPressed] = useState(false)
  const preview = useId()
  const { state: settings } = useFetched(() => client.settings.get(), 'settings', nowMs)
  const amount = readAmount(text)
  useUnsavedGuard(text.trim() !== '', '/spend/corrections')

  // One work for both ways: the outcome and the failure are those of the last thing that was asked for.
  const { state: work, run } = useWork(async (usd: string | null) => {
    if (usd === null) {
      const made = await client.spend.fetchReported()
      onDone()
      return made
    }
    const made = await client.spend.reconcile({ reportedUsd: usd })
    // Only what was taken is cleared: a refused amount stays to be mended.
    setText('')
    setPressed(false)
    releaseGuard()
    onDone()
    return made
  })
  const [asked, setAsked] = useState<'typed' | 'fetched'>('typed')

  if (budget.kind === 'unknown') {
    return <p className="dim">There is nothing to compare with while the budget is unknown.</p>
  }
  const from = formatDay(budget.periodStartMs, nowMs, { timeZone: 'UTC' })
  const view = settings.kind === 'ready' ? settings.data : null
  const tolerance = view ? view.settings.budget.reconcileTolerancePct / 100 : null
  const hasKey = view?.secrets.some((one) => one.ref === view.settings.budget.adminKeyRef && one.source !== 'none')
  const wrong = amount.kind === 'wrong' ? amount.message : amount.kind === 'empty' ? 'An amount is needed.' : null
  const done = work.kind === 'done' ? work.result : null
  const running = work.kind === 'running' ? asked : null

  return (
    <form
      className={styles['reconcile']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setPressed(true)
        if (!online || amount.kind !== 'amount') return
        setAsked('typed')
        void run(amount.usd)
      }}
    >
      <div className={styles['amount']}>
        <TextField
          label={`What does the provider’s console say you used since ${from}?`}
          help="In USD, for this account, such as 82.40."
          value={text}
          error={pressed || amount.kind === 'wrong' ? wrong : null}
          onChange={(next) => {
            setText(next)
            setPressed(false)
          }}
        />
      </div>
      {amount.kind === 'amount' && tolerance !== null ? (
        <p id={preview} className={styles['preview']}>
          {previewText(budget.spentNanoUsd, amount.nanoUsd, tolerance)}
        </p>
      ) : null}
      <div className={styles['reconcileActions']}>
        <Button
          type="submit"
          look="primary"
          busy={running === 'typed'}
          unavailable={online ? null : offlineReason}
          aria-describedby={amount.kind === 'amount' ? preview : undefined}
        >
          Enter this figure
        </Button>
        {hasKey === false ? (
          <span className="dim">
            Kora can fetch it with an admin key. <ButtonLink href={budgetSettings}>Add the key in Settings</ButtonLink>
          </span>
        ) : (
          <Button
            busy={running === 'fetched'}
            unavailable={online ? null : offlineReason}
            onClick={() => {
              setAsked('fetched')
              void run(null)
            }}
          >
            Fetch from the provider
          </Button>
        )}
      </div>
      {work.kind === 'failed' ? <InlineProblem problem={work.problem} /> : null}
      <p role="status" className={styles['outcome']}>
        {done ? (
          <>
            <Glyph name={done.adjustmentNanoUsd > 0 ? 'attention' : 'well'} />
            {outcomeText(done)}
          </>
        ) : null}
      </p>
    </form>
  )
}
