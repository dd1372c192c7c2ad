// What a mailed link leads to. Its token is behind the #, which no server and no log sees; here it leaves the address
// bar too, so that neither the history nor a shared screen has it.

const find = (id) => document.getElementById(id);
const [news, again, password, link] = ['news', 'again', 'password', 'link'].map(find);
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
history.replaceState(null, '', location.pathname);

const DONE = {
  'verify-email': 'Your e-mail address is confirmed. You can close this page.',
  'change-email': 'This is the e-mail address of your account from now on. You can close this page.',
  'reset-password': 'Your password is set, and you are logged out everywhere. Log in with the new one.',
};
const page = location.pathname.split('/').at(-1);
const isOutage = ({ status }) => status === 429 || status >= 500;

/** @returns {Promise<{status: number, type: string, detail: string}>} status 0: there was no answer */
async function call(path, body) {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      credentials: 'omit',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const problem = answer.ok ? {} : await answer.json().catch(() => ({}));
    return { status: answer.status, type: problem.type ?? '', detail: problem.detail ?? '' };
  } catch {
    return { status: 0, type: '', detail: '' };
  }
}

/** Tells what came of it, also to who cannot see the page. */
function say(text) {
  news.textContent = text;
  news.focus();
}

/** Something other than this link is needed. */
function offerAnother(text) {
  if (password) password.hidden = true;
  if (link) link.hidden = false;
  say(text);
}

/** What to do when the link did not help. */
function failed({ status, type, detail }) {
  if (status === 0 || isOutage({ status })) {
    say('The shop does not answer right now. Wait a moment, then try again.');
    if (again) again.hidden = false;
    return;
  }
  if (type === '/problems/email-taken') offerAnother('Another account has this e-mail address by now.');
  else if (type === '/problems/link-expired') {
    const next = link ? 'Get another one.' : 'Log in with your old address, and change it again.';
    offerAnother(`This link was used already, or has expired. ${next}`);
  } else offerAnother(detail || 'This did not work.');
}

async function follow() {
  again.hidden = true;
  say('One moment …');
  const answer = await call('/v1/auth/email/verify', { token });
  if (answer.status === 204) say(DONE[page]);
  else failed(answer);
}

/** One at a time: a second click sends nothing. */
function onSubmit(form, act) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button[type="submit"]');
    if (button.disabled) return;
    button.disabled = true;
    await act(new FormData(form));
    button.disabled = false;
  });
}

if (link) {
  onSubmit(link, async (data) => {
    const { status } = await call(link.dataset.call, { email: data.get('email') });
    if (status !== 204) return say('The shop does not answer right now. Wait a moment, then try again.');
    link.hidden = true;
    say('If an account has this address and needs it, a mail with a new link is on its way.');
  });
}

if (password) {
  const [field, wrong] = [find('new'), find('wrong')];
  find('show').addEventListener('change', ({ target }) => {
    field.type = target.checked ? 'text' : 'password';
  });
  onSubmit(password, async (data) => {
    wrong.textContent = '';
    field.removeAttribute('aria-invalid');
    const answer = await call('/v1/auth/password/reset', { token, password: data.get('password') });
    if (answer.status === 204) {
      password.hidden = true;
      field.value = '';
      say(DONE[page]);
    } else if (answer.type === '/problems/weak-password') {
      wrong.textContent = answer.detail;
      field.setAttribute('aria-invalid', 'true');
      field.focus();
    } else failed(answer);
  });
}

if (token === '') offerAnother('Follow the link in the mail that we have sent you; it is good for one time.');
else if (password) password.hidden = false;
else {
  again.addEventListener('click', follow);
  await follow();
}
