import { memo } from 'react'
import styles from './Sparkline.module.css'
import { sparkShape } from './sparkline.ts'

/** 64 × 16: the shape of the last hour. The figures beside it say the same in words. */
export const Sparkline = memo(function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const { path, last } = sparkShape(values)
  if (path === '') return null
  return (
    <svg className={styles['spark']} width="64" height="16" viewBox="0 0 64 16" aria-hidden="true">
      <path d={path} />
      {last ? <circle cx={last.x} cy={last.y} r="1.7" /> : null}
    </svg>
  )
})
