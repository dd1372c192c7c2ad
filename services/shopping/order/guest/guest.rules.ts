/** The header with the token of one guest's order. */
export const ORDER_TOKEN_HEADER = 'X-Order-Token';

/** 256 bits in base64url. */
export const ORDER_TOKEN = /^[\w-]{43}$/;
