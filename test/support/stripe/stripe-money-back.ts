import {
  failure,
  list,
  missing,
  newStripeId,
  ok,
  pairsOf,
  type Reply,
  refused,
  type StoredDispute,
  type StoredIntent,
  type StoredRefund,
} from './stripe-shapes.ts';

interface Surroundings {
  intent(id: string): StoredIntent | undefined;
  emit(type: string, object: object): void;
  /** News of an intent's charge. */
  emitCharge(type: string, intentId: string): void;
}

/** Refunds, and disputes of cardholders. */
export class MoneyBackBook {
  readonly refunds: StoredRefund[] = [];
  readonly disputes: StoredDispute[] = [];
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  create(params: URLSearchParams): Reply {
    const intent = this.#around.intent(params.get('payment_intent') ?? '');
    const isDisputed = this.disputes.some((one) => one.payment_intent === intent?.id && one.status !== 'won');
    if (isDisputed) return refused({ code: 'charge_disputed', message: 'The charge was disputed' });
    const left = intent?.status === 'succeeded' ? intent.amount_received - this.refunded(intent.id) : 0;
    const amount = Number(params.get('amount') ?? left);
    if (!intent || left === 0 || amount > left) {
      return failure(400, 'invalid_request_error', { code: 'charge_already_refunded', message: `${left} left` });
    }
    return ok({ ...this.add(intent.id, amount, pairsOf(params, 'metadata')) });
  }

  add(intentId: string, amount: number, metadata: Record<string, string> = {}): StoredRefund {
    const { currency = '' } = this.#around.intent(intentId) ?? {};
    const refund: StoredRefund = {
      ...{ id: newStripeId('re'), object: 'refund', status: 'succeeded', currency },
      ...{ amount, payment_intent: intentId, metadata },
    };
    this.refunds.push(refund);
    this.#around.emit('refund.created', refund);
    this.#around.emitCharge('charge.refunded', intentId);
    return refund;
  }

  /** A cardholder disputes all of a payment. */
  dispute(intentId: string): StoredDispute {
    const { amount = 0, currency = '' } = this.#around.intent(intentId) ?? {};
    const dispute: StoredDispute = {
      ...{ id: newStripeId('dp'), object: 'dispute', amount, currency, payment_intent: intentId },
      ...{ status: 'needs_response', reason: 'fraudulent', metadata: {} },
    };
    this.disputes.push(dispute);
    this.#around.emit('charge.dispute.created', dispute);
    return dispute;
  }

  closeDispute(intentId: string, status: 'won' | 'lost'): StoredDispute | undefined {
    const dispute = this.disputes.find(({ payment_intent }) => payment_intent === intentId);
    if (dispute) this.#around.emit('charge.dispute.closed', Object.assign(dispute, { status }));
    return dispute;
  }

  listOf(kind: 'refunds' | 'disputes', params: URLSearchParams): Reply {
    const of = params.get('payment_intent') ?? '';
    if (!this.#around.intent(of)) return missing(`payment_intent: '${of}'`);
    const all: { payment_intent: string }[] = kind === 'refunds' ? this.refunds : this.disputes;
    return list(all.filter(({ payment_intent }) => payment_intent === of));
  }

  refunded(intentId: string): number {
    const made = this.refunds.filter((one) => one.payment_intent === intentId && one.status === 'succeeded');
    return made.reduce((sum, { amount }) => sum + amount, 0);
  }
}
