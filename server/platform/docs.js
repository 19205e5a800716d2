/* The page at /docs can be read without this script, which adds the search and the copy buttons. */
(function () {
  'use strict';

  const search = document.getElementById('search');
  const found = document.getElementById('found');
  const sections = Array.from(document.querySelectorAll('main section'));
  const texts = sections.map((section) => section.textContent.toLowerCase());
  const groups = Array.from(document.querySelectorAll('nav details'));

  function showMatches() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const ids = new Set();
    sections.forEach((section, index) => {
      const matches = words.every((word) => texts[index].includes(word));
      section.hidden = !matches;
      if (matches) ids.add(section.id);
    });
    for (const group of groups) {
      let some = false;
      for (const link of group.querySelectorAll('a')) {
        const shown = ids.has(link.hash.slice(1));
        link.parentElement.hidden = !shown;
        some = some || shown;
      }
      group.hidden = !some;
      group.open = words.length > 0 && some;
    }
    for (const heading of document.querySelectorAll('main h2[data-tag]')) {
      const group = groups.find((each) => each.dataset.tag === heading.dataset.tag);
      heading.hidden = group !== undefined && group.hidden;
    }
    if (words.length === 0) found.textContent = '';
    else if (ids.size === 0) found.textContent = 'No operation matches. Try a shorter word, such as event.';
    else found.textContent = ids.size === 1 ? '1 match' : ids.size + ' matches';
  }

  async function copy(button, text) {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch (error) {
      const range = document.createRange();
      range.selectNodeContents(button.parentElement.querySelector('code'));
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      button.textContent = document.execCommand('copy') ? 'Copied' : 'Selected';
    }
    window.setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  }

  for (const block of document.querySelectorAll('.curl')) {
    const button = document.createElement('button');
    const code = block.querySelector('code');
    button.type = 'button';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', 'Copy the curl command of ' + block.dataset.operation);
    button.addEventListener('click', () => copy(button, code.textContent));
    block.append(button);
  }

  search.hidden = false;
  document.querySelector('label[for=search]').hidden = false;
  search.addEventListener('input', showMatches);
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'Escape' && document.activeElement === search) {
      search.value = '';
      showMatches();
    }
  });
})();
