/** The host of a service of AWS in a region; those of China have a suffix of their own ("AWS service endpoints"). */
export function awsHost(service: string, region: string): string {
  return `${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
