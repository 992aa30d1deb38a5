using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>The texts of one command, each read once however many policies it is part of: standard input and pipes have their text only once, and a file could change between.</summary>
internal sealed class PolicyTexts
{
    private readonly Dictionary<string, PolicyDocument> _read = new(StringComparer.Ordinal);

    /// <summary>The one that is fetched and not read as a file, a URL; null for none.</summary>
    public string? Url { get; init; }

    /// <summary>The text of <paramref name="file"/>.</summary>
    /// <exception cref="InputTooLargeException">It has more than <paramref name="limit"/> bytes.</exception>
    /// <exception cref="UnusableInputException">It cannot be read.</exception>
    public async Task<PolicyDocument> ReadAsync(string file, int limit, CancellationToken cancellation)
    {
        if (!_read.TryGetValue(file, out var document))
        {
            var text = file == Url ? await PolicyUrl.FetchAsync(file, limit, PolicyUrl.Bound, cancellation) : await InputFile.ReadAsync(file, limit, cancellation);
            document = new PolicyDocument(text, PolicySelection.NameOf(file));
            _read.Add(file, document);
        }

        return document;
    }
}
