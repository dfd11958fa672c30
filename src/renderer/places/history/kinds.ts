import AlarmClock from 'lucide-react/icons/alarm-clock'
import BookOpen from 'lucide-react/icons/book-open'
import Cog from 'lucide-react/icons/cog'
import Cpu from 'lucide-react/icons/cpu'
import DollarSign from 'lucide-react/icons/dollar-sign'
import Moon from 'lucide-react/icons/moon'
import Power from 'lucide-react/icons/power'
import Search from 'lucide-react/icons/search'
import Send from 'lucide-react/icons/send'
import Server from 'lucide-react/icons/server'
import Siren from 'lucide-react/icons/siren'
import User from 'lucide-react/icons/user'
import Zap from 'lucide-react/icons/zap'
import type { ComponentType } from 'react'
import type { AuditSource } from '../../../domain/audit.ts'
import type { HistoryKind } from '../../../domain/history.ts'

export const kindWords: Readonly<Record<HistoryKind, string>> = {
  wake: 'Wake',
  incident: 'Incident',
  investigation: 'Investigation',
  alert: 'Alert',
  delivery: 'Delivery',
  call: 'Call',
  budget: 'Budget',
  state: 'State',
  service: 'Service',
  operator: 'Operator',
  gap: 'Gap',
  learning: 'Learning',
  system: 'System',
}

/** What a kind holds, for whoever wonders. */
export const kindTitles: Readonly<Record<HistoryKind, string>> = {
  wake: 'What woke Kora',
  incident: 'Trouble from opening to resolution',
  investigation: 'What was found out',
  alert: 'Alerts about Kora itself',
  delivery: 'Messages that were sent, or not',
  call: 'Calls of models and tools',
  budget: 'Pool, rungs, comparisons and prices',
  state: 'Starts, stops, pauses of Kora',
  service: 'Services whose state changed',
  operator: 'What you did and changed',
  gap: 'Time that was not watched',
  learning: 'Proposals and what became of them',
  system: 'Backups, tasks and the rest',
}

type Icon = ComponentType<{
  size?: number
  strokeWidth?: number
  className?: string | undefined
  'aria-hidden'?: 'true'
}>

export const kindIcons: Readonly<Record<HistoryKind, Icon>> = {
  wake: AlarmClock,
  incident: Zap,
  investigation: Search,
  alert: Siren,
  delivery: Send,
  call: Cpu,
  budget: DollarSign,
  state: Power,
  service: Server,
  operator: User,
  gap: Moon,
  learning: BookOpen,
  system: Cog,
}

const sourceWords: Readonly<Record<AuditSource, string>> = {
  mcp_http: 'agent',
  slack_dm: 'Slack',
  email: 'mail',
  cron: 'schedule',
  reasoning: 'reasoning',
  operator: 'you',
}

/** Where an audit row came from, for people; one of another version as it is. */
export function sourceWord(source: string): string {
  return (sourceWords as Readonly<Record<string, string | undefined>>)[source] ?? source
}
