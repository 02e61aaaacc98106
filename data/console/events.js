// The stream of requests. A browser reconnects by itself and says what it saw last; where it gives
// up (an answer other than 200), this begins anew from the same place.

const kRetry = 2000;

// `on`: { state(name), hello(resumed), requests(rows), missed(count) }
export function listen(on) {
  let last = '';

  function open() {
    const source = new EventSource(`data/events${last ? `?after=${encodeURIComponent(last)}` : ''}`);
    const take = (name, act) => source.addEventListener(name, (event) => {
      if (event.lastEventId) last = event.lastEventId;
      act(JSON.parse(event.data));
    });
    source.addEventListener('open', () => on.state('live'));
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return on.state('lost');
      on.state('lost');
      setTimeout(open, kRetry);
    });
    take('hello', ({ resumed }) => on.hello(resumed));
    take('requests', (rows) => on.requests(rows));
    take('missed', ({ count }) => on.missed(count));
  }

  on.state('connecting');
  open();
}
