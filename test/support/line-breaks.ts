/** Every character that some line reader takes for the end of a line. */
export const LINE_BREAKS = [...'\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029'];
/** Those of them that are line breaks to Unicode (UAX #14), and not only to some programs. */
export const TEXT_LINE_BREAKS = [...'\n\v\f\r\x85\u2028\u2029'];
