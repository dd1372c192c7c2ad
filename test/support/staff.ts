import { randomUUID } from 'node:crypto';
import { request, Shopper, type TestShop } from './shop.ts';

/** A member of staff, appointed and logged in. */
export async function staffAt({ url, broker }: TestShop, role: 'staff' | 'admin' = 'staff'): Promise<Shopper> {
  const staff = new Shopper(url, `${randomUUID()}@staff.example.com`);
  const { email, password } = staff;
  staff.id = (await broker.call('customer.appoint', { email, password, role })).id;
  const { body } = await request(url, 'POST /v1/auth/login', { body: { email, password } });
  staff.token = body.accessToken;
  return staff;
}
