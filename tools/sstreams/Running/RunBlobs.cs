using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Running;

/// <summary>Fills the store of a run with what <c>--blob</c> gives.</summary>
internal static class RunBlobs
{
    /// <summary>Refuses names that the policy has no use for: one that is mistyped would otherwise just be missing.</summary>
    /// <exception cref="UnusableInputException">There is one. It is quoted only where it is near to a name: otherwise it may be a secret in the wrong place.</exception>
    public static void CheckNames(IEnumerable<BlobArgument> blobs, params IEnumerable<PolicyModel> models)
    {
        var known = models.SelectMany(NamesOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        foreach (var blob in blobs)
        {
            if (known.Contains(blob.Name, StringComparer.Ordinal))
                continue;
            throw new UnusableInputException(Suggestion.Nearest(blob.Name, known) is { } near
                ? $"--blob: the policy refers to no blob '{blob.Name}'; did you mean '{near}'?"
                : $"--blob: there is a name that the policy does not refer to; names are {string.Join(", ", known)}");
        }
    }

    /// <summary>Reads the values and stores them.</summary>
    /// <exception cref="UnusableInputException">A file cannot be read or is too large.</exception>
    public static async Task StoreAsync(IEnumerable<BlobArgument> blobs, ISsBlobStore store)
    {
        foreach (var blob in blobs)
        {
            var value = blob.File is { } file ? await ReadAsync(blob.Name, file) : Encoding.UTF8.GetBytes(blob.Value);
            try
            {
                store.Write(blob.Name, value.Span);
            }
            catch (ArgumentException error)
            {
                throw new UnusableInputException($"--blob {blob.Name}: {error.Message}");
            }
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string name, string file)
    {
        try
        {
            return await InputFile.ReadAsync(file, SsBlob.LargestBytes, CancellationToken.None);
        }
        catch (InputTooLargeException)
        {
            throw new UnusableInputException(PlainText.OneLine($"--blob {name}: {(file == InputFile.StandardInput ? "standard input" : file)} has more than {SsBlob.LargestBytes} bytes, the most a blob has"));
        }
    }

    private static HashSet<string> NamesOf(PolicyModel model)
    {
        var names = new HashSet<string>(SsBlobNames.WellKnown, StringComparer.Ordinal);
        foreach (var auth in model.Auths.Values)
        {
            names.Add(auth.BlobName ?? (auth.IsSigning ? SsBlobNames.ExtendedAuth(auth.Blob) : SsBlobNames.Auth(auth.Blob)));
            if (auth.Find("root_blob_name") is { } root)
                names.Add(root.Value.Text);
        }

        foreach (var value in model.StreamTypes.Values.SelectMany(static stream => stream.Stated))
        {
            if (value.Attribute.Name.EndsWith("_blob", StringComparison.Ordinal))
                names.Add(value.Value.Text);
            if (value.Attribute.Name != "client_cert")
                continue;
            names.Add(SsBlobNames.ClientCertificateAt((int)value.Value.Number));
            names.Add(SsBlobNames.ClientKeyAt((int)value.Value.Number));
        }

        return names;
    }
}
