/** The four pages, in the order of their tabs. */
export const PAGES = [
  { id: 'rotation', title: 'Rotation', path: '/rotation' },
  { id: 'health', title: 'Health', path: '/health' },
  { id: 'requests', title: 'Requests', path: '/requests' },
  { id: 'delivery', title: 'Delivery', path: '/delivery' },
] as const;

export type PageId = (typeof PAGES)[number]['id'];
