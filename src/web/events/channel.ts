/** Between the tabs of one browser. */
export interface Channel<Message> {
  send(message: Message): void;
  close(): void;
}

export const openChannel = <Message>(
  name: string,
  onMessage: (message: Message) => void,
): Channel<Message> => {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<Message>) => onMessage(data);
  return {
    send: (message) => channel.postMessage(message),
    close: () => channel.close(),
  };
};
