/// <reference path="./css.d.ts" />
import charts from './charts.css';
import delivery from './delivery.css';
import frame from './frame.css';
import health from './health.css';
import narrow from './narrow.css';
import parts from './parts.css';
import requests from './requests.css';
import rotation from './rotation.css';

/** One style sheet for the app; every class begins with `rota`, every colour is a custom property of the theme. */
export default [frame, parts, charts, rotation, health, requests, delivery, narrow].join('\n');
