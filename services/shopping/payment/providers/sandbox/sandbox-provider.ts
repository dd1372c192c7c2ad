import type { Rpc } from '../../../../../lib/contract/contract.ts';
import { errors } from '../../../../shared/problems.ts';
import { orderIdOfKey } from '../../payment-key.ts';
import type { PaymentProvider, WebhookEvent } from '../../payment-provider.ts';
import { bodyParser } from '../webhook-body.ts';
import type { SandboxEvent } from './ledger-entry.ts';
import { isTestToken } from './sandbox-tokens.ts';
import { isSignatureValid, signWebhook } from './webhook-signature.ts';

const parseEvent = bodyParser({ id: 'string', type: 'string', orderId: { type: 'string', optional: true } });

/** The client of the sandbox's service, as stripe-provider.ts is that of Stripe's API. */
export function sandboxProvider(rpc: Rpc, webhookSecret: string): PaymentProvider {
  return {
    async authorise(key, { amount, method, returnUrl }) {
      if (!isTestToken(method)) throw errors.unknownPaymentMethod(method);
      return rpc.call('sandbox.authorise', { key, amount, method, returnUrl });
    },
    capture: (key, amount) => rpc.call('sandbox.capture', { key, amount }),
    find: (key, amount) => rpc.call('sandbox.find', { key, amount }),
    cancel: (key) => rpc.call('sandbox.cancel', { key }),
    refund: ({ key, of, amount }) => rpc.call('sandbox.refund', { key, of, amount }),
    statement: ({ key }) => rpc.call('sandbox.statement', { key }),
    verify(body, signature) {
      if (!isSignatureValid(body, signature, webhookSecret, new Date())) throw errors.invalidSignature();
      const { id, type, orderId } = parseEvent(body);
      const about = type.startsWith('payment.') ? 'payment' : 'money';
      return { id, type, about, ...(orderId === undefined ? {} : { orderId }) };
    },
    ledgerPage: (page) => rpc.call('sandbox.books', page),
  };
}

/** The body and the signature of a webhook that the sandbox sends about a key. */
export function signedWebhook(key: string, { id, type }: SandboxEvent, secret: string, now: Date) {
  const orderId = orderIdOfKey(key) ?? key;
  const payload = JSON.stringify({ id, type, orderId } satisfies Omit<WebhookEvent, 'about'>);
  return { payload, sandboxSignature: signWebhook(payload, secret, now) };
}
