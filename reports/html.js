// What a page can do beside being read.  All content is in the page: this
// only shows and hides.  Nothing is fetched and no markup is made from text.
(function () {
'use strict';

var data = JSON.parse(document.getElementById('data').textContent);
var search = document.getElementById('search');
var found = document.getElementById('found');
var root = document.documentElement;

function all(selector, from) {
	return Array.prototype.slice.call(
	    (from || document).querySelectorAll(selector));
}

function make(name, text, parent) {
	var e = document.createElement(name);
	e.textContent = text;
	parent.appendChild(e);
	return e;
}

// ---- what is hidden, and why: by the search, by filters, by time ----

var units = all('main article, main tbody tr, main .assumptions li')
    .filter(function (e) {
	var outer = e.parentNode.closest('article');
	return outer === null && e.closest('.matrix') === null;
    }).map(function (e) {
	return { element: e, text: null, why: {} };
    });
var unitOf = new Map(units.map(function (u) { return [u.element, u]; }));

function hide(unit, why, hidden) {
	unit.why[why] = hidden;
	unit.element.hidden = Boolean(unit.why.search || unit.why.filter ||
	    unit.why.time);
}

function textOf(unit) {
	if (unit.text === null)
		unit.text = unit.element.textContent.toLowerCase();
	return unit.text;
}

var opened = [];	// by the search, to be closed with it

function openAround(e) {
	for (e = e.closest('details'); e !== null;
	    e = e.parentNode.closest('details'))
		if (!e.open) {
			e.open = true;
			opened.push(e);
		}
}

function foldChains(words) {
	all('details.chain, details.group').forEach(function (d) {
		d.hidden = words.length > 0 && all('tbody tr', d).every(
		    function (tr) { return tr.hidden; });
	});
}

function doSearch() {
	var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
	var n = 0;
	opened.forEach(function (d) { d.open = false; });
	opened = [];
	units.forEach(function (u) {
		var hit = words.every(function (w) {
			return textOf(u).indexOf(w) >= 0;
		});
		hide(u, 'search', !hit);
		if (hit && words.length > 0) {
			n++;
			openAround(u.element);
		}
	});
	foldChains(words);
	found.textContent = words.length === 0 ? '' : n + ' found';
}

var timer = 0;
search.addEventListener('input', function () {
	clearTimeout(timer);
	timer = setTimeout(doSearch, 120);
});

// ---- filters of findings ----

var shown = { severity: {}, id: '', chain: '' };

function doFilter() {
	data.findings.forEach(function (f) {
		var u = unitOf.get(document.getElementById(f.anchor));
		if (u !== undefined)
			hide(u, 'filter', shown.severity[f.severity] === false ||
			    (shown.id !== '' && shown.id !== f.id) ||
			    (shown.chain !== '' && shown.chain !== f.chain));
	});
}

function addBox(parent, severity, n) {
	var label = make('label', '', parent);
	var box = make('input', '', label);
	box.type = 'checkbox';
	box.checked = true;
	box.id = 'show-' + severity;
	label.appendChild(document.createTextNode(n + ' ' + severity +
	    (n === 1 ? '' : 's')));
	box.addEventListener('change', function () {
		shown.severity[severity] = box.checked;
		doFilter();
	});
}

function addChoice(parent, what, values) {
	var label = make('label', what + ' ', parent);
	var select = make('select', '', label);
	select.id = 'choose-' + what;
	make('option', 'all', select).value = '';
	values.forEach(function (v) {
		make('option', v, select).value = v;
	});
	select.addEventListener('change', function () {
		shown[what] = select.value;
		doFilter();
	});
}

function valuesOf(member) {
	var seen = {};
	data.findings.forEach(function (f) {
		if (f[member] !== undefined)
			seen[f[member]] = true;
	});
	return Object.keys(seen).sort();
}

function addFilters(parent) {
	['error', 'warning', 'note'].forEach(function (s) {
		var n = data.findings.filter(function (f) {
			return f.severity === s;
		}).length;
		if (n > 0)
			addBox(parent, s, n);
	});
	addChoice(parent, 'id', valuesOf('id'));
	addChoice(parent, 'chain', valuesOf('chain'));
}

var filters = document.getElementById('filters');
if (filters !== null && data.findings.length > 1)
	addFilters(filters);

// ---- the timeline: drag over it to see the packets of that time ----

var bins = all('#timebars .bin');

function chooseTime(from, to) {
	bins.forEach(function (b) {
		var n = Number(b.dataset.bin);
		b.classList.toggle('chosen', from !== null && n >= from &&
		    n <= to);
	});
	units.forEach(function (u) {
		var bin = u.element.dataset.bin;
		if (bin !== undefined)
			hide(u, 'time', from !== null && (Number(bin) < from ||
			    Number(bin) > to));
	});
}

function brush() {
	var start = null;
	function binAt(e) {
		var g = e.target.closest('.bin');
		return g === null ? null : Number(g.dataset.bin);
	}
	bins.forEach(function (b) {
		b.addEventListener('pointerdown', function (e) {
			start = binAt(e);
			chooseTime(start, start);
			e.preventDefault();
		});
		b.addEventListener('pointermove', function (e) {
			var at = binAt(e);
			if (start !== null && e.buttons === 1 && at !== null)
				chooseTime(Math.min(start, at),
				    Math.max(start, at));
		});
	});
}
brush();

// ---- places ----

function go(id) {
	var e = id === '' ? null : document.getElementById(id);
	var u = unitOf.get(e);
	if (e === null)
		return;
	if (u !== undefined && e.hidden) {	// somebody wants to see it
		['search', 'filter', 'time'].forEach(function (why) {
			hide(u, why, false);
		});
	}
	all('details.path', e).forEach(function (path) { path.open = true; });
	for (var d = e.closest('details'); d !== null;
	    d = d.parentNode.closest('details')) {
		d.hidden = false;
		d.open = true;
	}
	e.scrollIntoView();
}

// #q=words is a search; all else is a place.
function onHash() {
	var hash = location.hash.slice(1);
	if (hash.slice(0, 2) === 'q=') {
		search.value = decodeURIComponent(hash.slice(2));
		doSearch();
	} else {
		go(hash);
	}
}
window.addEventListener('hashchange', onHash);

// ---- keys ----

var at = -1;		// index in data.findings

function step(by) {
	var n = data.findings.length;
	for (var i = at + by; i >= 0 && i < n; i += by) {
		var e = document.getElementById(data.findings[i].anchor);
		if (e !== null && !e.hidden) {
			all('article.at').forEach(function (a) {
				a.classList.remove('at');
			});
			at = i;
			e.classList.add('at');
			e.scrollIntoView({ block: 'center' });
			e.focus({ preventScroll: true });
			return;
		}
	}
}

function openRule() {
	var rule = at >= 0 ? data.findings[at].rule : undefined;
	if (rule !== undefined)
		location.hash = rule;
}

document.addEventListener('keydown', function (e) {
	var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) &&
	    e.target.type !== 'checkbox';
	if (e.key === 'Escape') {
		search.value = '';
		search.blur();
		doSearch();
		chooseTime(null, null);
	} else if (typing || e.ctrlKey || e.altKey || e.metaKey) {
		return;
	} else if (e.key === '/') {
		search.focus();
		search.select();
		e.preventDefault();
	} else if (e.key === 'j' || e.key === 'k') {
		step(e.key === 'j' ? 1 : -1);
	} else if (e.key === 'o') {
		openRule();
	}
});

// ---- light and dark ----

document.getElementById('theme').addEventListener('click', function () {
	var dark = root.dataset.theme === 'dark' || (!root.dataset.theme &&
	    matchMedia('(prefers-color-scheme: dark)').matches);
	root.dataset.theme = dark ? 'light' : 'dark';
});

// Paper cannot be unfolded.
window.addEventListener('beforeprint', function () {
	all('details').forEach(function (d) { d.open = true; });
});

document.getElementById('tools').hidden = false;
document.getElementById('keys').hidden = false;
if (location.hash !== '')
	onHash();
root.dataset.script = 'ready';
})();
