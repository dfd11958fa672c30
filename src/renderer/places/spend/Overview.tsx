import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { ButtonLink } from '../../components/Button.tsx'
import { formatDay } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { Breakdown } from './Breakdown.tsx'
import { BudgetPanel } from './BudgetPanel.tsx'
import type { ChartSpan } from './chartSeries.ts'
import { Charts } from './Charts.tsx'
import styles from './Spend.module.css'
import { notices } from './spendWords.ts'

/** What is left, how fast it goes, and on what. */
export function Overview({ span }: { span: ChartSpan }) {
  return (
    <>
      <Notices />
      <BudgetPanel />
      <Charts span={span} />
      <Breakdown />
      <Prices />
    </>
  )
}

/** What is not as usual, worst first; nothing when all is. */
function Notices() {
  const spend = useMirror((mirror) => mirror.spend)
  const nowMs = useNow(60_000)
  const list = notices(spend, nowMs)
  if (list.length === 0) return null
  return (
    <section className={styles['notices']} aria-label="Needs a look">
      {list.map((notice) => (
        <div key={notice.key} className={styles['notice']} data-tone={notice.tone}>
          <Glyph name={notice.tone} />
          <p className={styles['noticeText']}>
            <strong>{notice.fact}.</strong> {notice.text}
          </p>
          {notice.link ? (
            <ButtonLink href={notice.link.href} data-nav-item={notice.key}>
              {notice.link.label}
            </ButtonLink>
          ) : null}
        </div>
      ))}
    </section>
  )
}

/** One quiet line: how old the prices behind every estimate are. */
function Prices() {
  const prices = useMirror((mirror) => mirror.spend.prices)
  const nowMs = useNow(60_000)
  const checked = formatDay(prices.checkedAtMs, nowMs, { timeZone: 'UTC' })
  return (
    <p className={styles['quiet']}>
      Estimates by <a href="#/spend/prices">{prices.version}</a>, compared with the providers’ pages on {checked}
      {prices.stale ? ', more than 60 days ago: they may have changed since' : ''}
      {prices.overlayRows > 0
        ? `; ${prices.overlayRows} ${prices.overlayRows === 1 ? 'row is' : 'rows are'} your own`
        : ''}
      .
    </p>
  )
}
