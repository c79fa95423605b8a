/** Makes the dashboard for Grafana with its ClickHouse plugin, which Cloudflare recommends for these datasets. */
import { PANELS, type Panel } from "./queries.ts";

const DATASOURCE = { type: "vertamedia-clickhouse-datasource", uid: "${DS_METRICS}" };
const WIDTH = 12;
const HEIGHT = 8;

export function makeDashboard(): object {
  return {
    __inputs: [
      {
        name: "DS_METRICS",
        label: "Workers Analytics Engine",
        type: "datasource",
        pluginId: DATASOURCE.type,
        pluginName: "Altinity plugin for ClickHouse",
      },
    ],
    title: "edge-presigner",
    uid: "edge-presigner",
    timezone: "utc",
    time: { from: "now-6h", to: "now" },
    refresh: "1m",
    schemaVersion: 39,
    panels: PANELS.map(makePanel),
  };
}

function makePanel({ title, unit, sql }: Panel, index: number): object {
  return {
    id: index + 1,
    type: "timeseries",
    title,
    datasource: DATASOURCE,
    gridPos: {
      h: HEIGHT,
      w: WIDTH,
      x: (index % 2) * WIDTH,
      y: Math.floor(index / 2) * HEIGHT,
    },
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 10 } }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } },
    targets: [
      {
        refId: "A",
        datasource: DATASOURCE,
        query: sql,
        format: "time_series",
        dateTimeColDataType: "timestamp",
        dateTimeType: "DATETIME",
        intervalFactor: 1,
        round: "0s",
        // The macro would add columns that the dataset does not have.
        extrapolate: false,
        skip_comments: true,
      },
    ],
  };
}
