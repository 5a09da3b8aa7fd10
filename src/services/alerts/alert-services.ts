import {
  type ChannelNeeds,
  listAlertChannels,
  removeAlertChannel,
  saveAlertChannel,
  testAlertChannel,
} from './alert-channels.ts';
import { acknowledgeAlert, listAlerts, resendAlert } from './alert-history.ts';
import { readAlertLink, redeemAlertLink } from './alert-links.ts';

/** What a request may do with alerts. */
export const alertServices = (needs: ChannelNeeds) => ({
  list: listAlerts.bind(null, needs),
  acknowledge: acknowledgeAlert.bind(null, needs),
  resend: resendAlert.bind(null, needs),
  channels: listAlertChannels.bind(null, needs),
  saveChannel: saveAlertChannel.bind(null, needs),
  removeChannel: removeAlertChannel.bind(null, needs),
  testChannel: testAlertChannel.bind(null, needs),
  readLink: readAlertLink.bind(null, needs),
  redeemLink: redeemAlertLink.bind(null, needs),
});
