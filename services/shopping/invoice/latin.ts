/** What the code page of PDF's standard fonts (WinAnsi, ISO 32000-1 annex D.2) has. */
const KNOWN = /[\n\x20-\x7e\xa0-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/;

/** Letters that are no base letter with a mark, and signs of currencies. */
const NEAREST: Readonly<Record<string, string>> = {
  ...{ Ł: 'L', ł: 'l', Đ: 'D', đ: 'd', Ħ: 'H', ħ: 'h', Ŧ: 'T', ŧ: 't', ı: 'i', ẞ: 'SS', '−': '-', '‐': '-', '‑': '-' },
  ...{ '₹': 'INR ', '₩': 'KRW ', '₫': 'VND ', '₪': 'ILS ', '₱': 'PHP ', '₴': 'UAH ', '₺': 'TRY ' },
};

/** The nearest text that PDF's standard fonts can show; a letter that has none, as of another script, is a `?`. */
export function latin(text: string): string {
  return [...text.normalize('NFC')].map((letter) => (KNOWN.test(letter) ? letter : nearest(letter))).join('');
}

function nearest(letter: string): string {
  const base = NEAREST[letter] ?? letter.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return /^[\x20-\x7e]+$/.test(base) ? base : '?';
}
