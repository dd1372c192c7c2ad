import type { PaymentConfig } from '../../../lib/process/outside-config.ts';
import { errors } from '../../shared/problems.ts';
import { isTestToken } from './providers/sandbox/sandbox-tokens.ts';

/**
 * What an order is to be charged by; known before there is an order, and without asking the provider.
 * @throws unknown-payment-method
 */
export function methodOf({ provider }: Pick<PaymentConfig, 'provider'>, given?: string): string {
  switch (provider) {
    case 'sandbox': {
      const method = given ?? 'tok_approve';
      if (!isTestToken(method)) throw errors.unknownPaymentMethod(method);
      return method;
    }
    case 'stripe':
      if (given === undefined || !/^pm_\w+$/.test(given)) throw errors.unknownPaymentMethod(given ?? '');
      return given;
    default:
      throw new Error(`unknown provider ${provider satisfies never}`);
  }
}
