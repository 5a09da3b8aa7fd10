/** How often what differs by chance alone is tried; VEGA_ALL_FAULTS=1 tries it `all` times and takes its time. */
export const repetitions = (usual: number, all: number): number =>
  process.env.VEGA_ALL_FAULTS === '1' ? all : usual;
