import { QueryClient } from '@tanstack/react-query';

/** React Query as the pages use it: `Rounds` alone asks again, and a browser that thinks it is offline may ask (Kibana can be on the same machine). */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { refetchOnWindowFocus: false, retry: false, networkMode: 'always' } },
  });
}
