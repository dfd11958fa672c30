import { countOf, type Details, nameOf, numberOf, textOf } from './fields.ts'

/** What is published of a proposal: not whose sessions it was made from, nor what was asked in them. */
export function promotionDetails(details: Details) {
  return {
    proposal_id: proposalOf(details),
    proposed_category: categoryOf(details),
    proposed_pattern: textOf(details['proposed_pattern'], 200),
    cluster_size: countOf(details['cluster_size']),
    confidence: numberOf(details['confidence']),
    status: textOf(details['status'], 32),
    review_notes: textOf(details['review_notes'], 300),
    created_at: textOf(details['created_at'], 40),
  }
}

/** What is published of a change of the phrasebook. */
export function phrasebookDetails(details: Details) {
  return {
    actor: nameOf(details['actor'], 64),
    action: nameOf(details['action'], 32),
    entry_count_before: countOf(details['entry_count_before']),
    entry_count_after: countOf(details['entry_count_after']),
    reverted_to: textOf(details['reverted_to'], 128),
    proposal_id: proposalOf(details),
  }
}

export function proposalOf(details: Details): string | null {
  return textOf(details['proposal_id'], 128)
}

export function categoryOf(details: Details): string {
  return nameOf(details['proposed_category'], 64)
}
