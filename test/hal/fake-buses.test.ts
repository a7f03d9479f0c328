import { busCompliance } from './bus-compliance.ts';
import { fakeBuses } from './fake-buses.ts';

busCompliance('fake (of the HAL tests)', async () => {
  const buses = fakeBuses();
  return { buses, setContact: (closed) => buses.edge(16, closed ? 1 : 0) };
});
