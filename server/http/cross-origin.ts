import type { RequestHandler } from 'express';
import { positionHeader } from './answers.ts';

const exposed = ['ETag', positionHeader, 'Content-Location', 'Retry-After'].join(', ');

/** Lets pages of these origins read along. */
export const crossOrigin = (origins: string[]): RequestHandler => (request, response, next) => {
  const origin = request.get('Origin');
  if (origins.length > 0 && !origins.includes('*')) response.vary('Origin');
  const allowed = origins.includes('*') ? '*' : origins.find((known) => known === origin);
  if (allowed !== undefined) {
    response.set({ 'Access-Control-Allow-Origin': allowed, 'Access-Control-Expose-Headers': exposed });
    if (request.method === 'OPTIONS') response.set({ 'Access-Control-Allow-Methods': 'GET, HEAD', 'Access-Control-Allow-Headers': 'If-None-Match, Last-Event-ID', 'Access-Control-Max-Age': '86400' });
  }
  next();
};
