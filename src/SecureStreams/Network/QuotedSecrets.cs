using System.Text.RegularExpressions;

namespace SecureStreams.Network;

/// <summary>Secrets that a peer was told, to be struck out of what it says: one that quotes what it was asked quotes them too.</summary>
internal sealed class QuotedSecrets
{
    private const string Struck = "***";

    // Shorter ones are parts of many words by chance: they are struck where they stand alone.
    private const int ShortestPart = 4;

    private readonly List<string> _forms = [];

    /// <summary>Adds a secret, as it is and as it stands in an address.</summary>
    public void Add(string? secret)
    {
        if (string.IsNullOrWhiteSpace(secret))
            return;
        AddForm(secret);
        AddForm(Uri.EscapeDataString(secret));
    }

    /// <summary>The text with each secret replaced.</summary>
    public string Strike(string text)
    {
        foreach (var form in _forms)
        {
            text = form.Length >= ShortestPart
                ? text.Replace(form, Struck, StringComparison.Ordinal)
                : Regex.Replace(text, $@"(?<!\w){Regex.Escape(form)}(?!\w)", Struck, RegexOptions.CultureInvariant);
        }

        return text;
    }

    private void AddForm(string form)
    {
        // The longest first: one may be a part of another.
        var at = _forms.FindIndex(one => one.Length <= form.Length);
        if (!_forms.Contains(form))
            _forms.Insert(at < 0 ? _forms.Count : at, form);
    }
}
