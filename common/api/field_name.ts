import { z } from 'zod';

/** The name of one field, not a pattern: a pattern would read every field of every line. */
export const fieldNameSchema = z
  .string()
  .min(1)
  .max(256)
  .refine((name) => !name.includes('*'), { message: 'must be the name of one field' });

export const isFieldName = (name: string): boolean => fieldNameSchema.safeParse(name).success;
