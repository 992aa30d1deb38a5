namespace SecureStreams.Policy;

/// <summary>The members or items of a <see cref="JsonNode"/>.</summary>
internal readonly struct JsonChildren(JsonTree tree, int parent)
{
    public int Count => tree[parent].Count;

    /// <summary>The one at <paramref name="position"/>; walks there.</summary>
    public JsonNode this[int position]
    {
        get
        {
            foreach (var child in this)
            {
                if (position-- == 0)
                    return child;
            }

            throw new ArgumentOutOfRangeException(nameof(position));
        }
    }

    public Enumerator GetEnumerator() => new(tree, parent);

    public bool Exists(Func<JsonNode, bool> match)
    {
        foreach (var child in this)
        {
            if (match(child))
                return true;
        }

        return false;
    }

    public JsonNode? FindLast(Func<JsonNode, bool> match)
    {
        JsonNode? found = null;
        foreach (var child in this)
        {
            if (match(child))
                found = child;
        }

        return found;
    }

    public struct Enumerator(JsonTree tree, int parent)
    {
        private int _next = parent + 1;
        private int _current;

        public readonly JsonNode Current => new(tree, _current);

        public bool MoveNext()
        {
            if (_next >= tree[parent].End)
                return false;
            _current = _next;
            _next = tree[_current].End;
            return true;
        }
    }
}
