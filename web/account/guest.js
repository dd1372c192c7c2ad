// The pages behind the links in mails to guests. The token is behind the #, which no server and no log sees; here it leaves
// the address bar too, so that neither the history nor a shared screen has it.

const find = (id) => document.getElementById(id);
const [news, act] = ['news', 'act'].map(find);
const link = new URLSearchParams(location.hash.slice(1));
const token = link.get('token') ?? '';
history.replaceState(null, '', location.pathname);
const page = location.pathname.split('/').at(-1);

const LINK_EXPIRED = 'This link has expired. Get another one in the shop.';

/** Tells the outcome, also to readers who cannot see the page. */
function say(text) {
  news.textContent = text;
  news.focus();
}

/** @returns {Promise<Response | undefined>} undefined after a failure, which the page tells */
async function call(method, path, { headers = {}, body } = {}) {
  const answer = await fetch(path, {
    method,
    credentials: 'omit',
    headers: { ...headers, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => undefined);
  if (answer?.ok) return answer;
  const problem = (await answer?.json().catch(() => undefined)) ?? {};
  const isOutage = !answer || answer.status === 429 || answer.status >= 500;
  if (isOutage) say('The shop does not answer right now. Wait a moment, then try again.');
  else say([404, 422].includes(answer.status) && !problem.orders ? LINK_EXPIRED : (problem.detail ?? LINK_EXPIRED));
  return undefined;
}

async function save(answer, name) {
  const url = URL.createObjectURL(await answer.blob());
  const anchor = Object.assign(document.createElement('a'), { href: url, download: name });
  anchor.click();
  URL.revokeObjectURL(url);
}

/** One at a time: a second click sends nothing. */
function onClick(button, run) {
  button.addEventListener('click', async () => {
    button.disabled = true;
    await run();
    button.disabled = false;
  });
}

async function exportData() {
  const answer = await call('POST', '/v1/guests/export', { body: { token } });
  if (!answer) return;
  await save(answer, 'my-data.json');
  say('Your data is in the file my-data.json.');
}

async function eraseData() {
  if (!(await call('POST', '/v1/guests/erase', { body: { token } }))) return;
  act.hidden = true;
  say('Your data is erased. You can close this page.');
}

const STATUS = {
  PENDING: 'We are waiting for the payment.',
  PAID: 'It is paid, and we are packing it.',
  PACKED: 'It is packed.',
  SHIPPED: 'It is on its way.',
  DELIVERED: 'It was delivered.',
  CANCELLING: 'It is being cancelled.',
  CANCELLED: 'It was cancelled.',
  REJECTING: 'We could not carry it out.',
  REJECTED: 'We could not carry it out.',
};
const CANCELLABLE = ['PENDING', 'PAID', 'PACKED'];
const INVOICED = ['PAID', 'PACKED', 'SHIPPED', 'DELIVERED'];

async function showOrder() {
  const headers = { 'X-Order-Token': token };
  const path = `/v1/orders/${encodeURIComponent(link.get('order') ?? '')}`;
  const [items, invoice, cancel] = ['items', 'invoice', 'cancel'].map(find);
  const show = (order) => {
    items.replaceChildren(
      ...order.items.map(({ quantity, title, variant }) =>
        Object.assign(document.createElement('li'), { textContent: `${quantity} × ${title}, ${variant}` }),
      ),
    );
    cancel.hidden = !CANCELLABLE.includes(order.status);
    invoice.hidden = !INVOICED.includes(order.status);
    say(`Order ${order.number}: ${STATUS[order.status] ?? order.status}`);
  };
  onClick(invoice, async () => {
    const answer = await call('GET', `${path}/invoice?format=pdf`, { headers });
    if (answer) await save(answer, 'invoice.pdf');
  });
  onClick(cancel, async () => {
    const answer = await call('POST', `${path}/cancel`, { headers, body: {} });
    if (answer) show(await answer.json());
  });
  const answer = await call('GET', path, { headers });
  if (answer) show(await answer.json());
}

if (token === '') {
  if (act) act.hidden = true;
  say('Follow the link in the mail that we have sent you.');
} else if (page === 'order') await showOrder();
else onClick(act, page === 'guest-export' ? exportData : eraseData);
