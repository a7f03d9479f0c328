import { busCompliance } from './bus-compliance.ts';
import { driverCompliance } from './driver-compliance.ts';
import { linuxRig } from './linux-rig.ts';
import { hardwareFor, readings, warmPlant } from './sim/rig.ts';

const truth = readings(warmPlant());

busCompliance('linux, on emulated chips', async () => {
  const hardware = hardwareFor(truth);
  const rig = await linuxRig(hardware);
  return { ...rig, setContact: (closed) => hardware.sense({ ...truth, pressureHighOk: closed ? 1 : 0 }) };
});

driverCompliance('linux, on emulated chips', (hardware) => linuxRig(hardware, ['accelhost']));
