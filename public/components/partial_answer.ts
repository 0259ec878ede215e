import { createContext } from 'react';

/** Whether the answer that a page shows is incomplete: then nothing in it may be called good. */
export const PartialAnswer = createContext(false);
