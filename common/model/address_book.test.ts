import { describe, expect, it } from 'vitest';
import { AddressBook } from './address_book';

describe('AddressBook', () => {
  const sightings = [
    { host: 'web-1', address: '127.0.0.1', port: 8021 },
    { host: 'web-2', address: '127.0.0.1', port: 8022 },
    { host: 'web-3', address: '10.0.0.7', port: null },
    { host: 'web-4', address: 'fd00::4', port: 8000 },
  ];

  it('tells webapps on one address apart by their ports', () => {
    const book = new AddressBook(sightings);
    expect(book.find('127.0.0.1:8021')).toBe('web-1');
    expect(book.find('127.0.0.1:8022')).toBe('web-2');
    expect(book.find('127.0.0.1:8029')).toBeNull();
  });

  it('does not take another port of the only host at an address for that host', () => {
    const book = new AddressBook([{ host: 'web-1', address: '127.0.0.1', port: 8021 }]);
    expect(book.find('127.0.0.1:8022')).toBeNull();
    expect(book.find('127.0.0.1')).toBe('web-1');
  });

  it('takes an address without port when one host alone has it', () => {
    expect(new AddressBook(sightings).find('10.0.0.7:8000')).toBe('web-3');
  });

  it('reads IPv6 in brackets and leaves unix sockets alone', () => {
    const book = new AddressBook(sightings, { 'unix:/run/web.sock': 'web-9' });
    expect(book.find('[fd00::4]:8000')).toBe('web-4');
    expect(book.find('unix:/run/web.sock')).toBe('web-9');
  });

  it('lets the setting win over what was learned', () => {
    const book = new AddressBook(sightings, { '127.0.0.1:8021': 'blue', '10.0.0.7': 'green' });
    expect(book.find('127.0.0.1:8021')).toBe('blue');
    expect(book.find('10.0.0.7:8000')).toBe('green');
  });

  it('learns nothing from a wildcard address', () => {
    expect(new AddressBook([{ host: 'web-1', address: '0.0.0.0', port: 80 }]).find('0.0.0.0:80')).toBeNull();
  });

  it('names an unknown upstream by its address', () => {
    expect(new AddressBook([]).name('10.1.1.1:80')).toBe('10.1.1.1:80');
  });
});
