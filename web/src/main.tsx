import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style/base.css';
import './style/parts.css';
import './style/drawings.css';
import './style/screens.css';
import { App } from './app.tsx';

render(<App />, document.getElementById('app')!);
