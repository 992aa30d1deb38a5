using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>How a program gets a context from policy text. Extension members, so that the abstract context needs no policy.</summary>
public static class SsContextExtensions
{
    /// <summary>The largest policy file that is read, in bytes: 16 MiB.</summary>
    public const int LargestPolicyBytes = 16 * 1024 * 1024;

    extension(SsContext)
    {
        /// <summary>Reads a policy file, once, and makes a context of it.</summary>
        /// <param name="path">The JSON file, UTF-8; diagnostics name it as it is given here.</param>
        /// <param name="options">Settings of the program; defaults when null.</param>
        /// <returns>The context; the caller disposes it. Warnings of the policy go to the logger.</returns>
        /// <exception cref="SsPolicyException">The file cannot be read or the policy has errors; each is named with its place.</exception>
        public static LocalContext FromFile(string path, SsContextOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(path);
            return FromFiles([path], options);
        }

        /// <summary>Reads a policy file and overlays, each once, and makes a context of their sum.</summary>
        /// <param name="paths">The base, then the overlays in their order: JSON files, UTF-8; diagnostics name each as it is given here.</param>
        /// <param name="options">Settings of the program; defaults when null. Its <see cref="SsContextOptions.Overlays"/> lie on top.</param>
        /// <returns>The context; the caller disposes it. Warnings of the policy go to the logger.</returns>
        /// <exception cref="SsPolicyException">A file cannot be read or the sum has errors; each is named with its place.</exception>
        /// <exception cref="ArgumentException"><paramref name="paths"/> is empty.</exception>
        public static LocalContext FromFiles(IReadOnlyList<string> paths, SsContextOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(paths);
            if (paths.Count == 0)
                throw new ArgumentException("A policy has at least a base file.", nameof(paths));
            return FromLayers(PolicyLayers.OfFiles(paths), options);
        }

        /// <summary>Makes a context of policy text.</summary>
        /// <param name="json">The JSON text; diagnostics call it <c>policy</c>.</param>
        /// <param name="options">Settings of the program; defaults when null.</param>
        /// <returns>The context; the caller disposes it. Warnings of the policy go to the logger.</returns>
        /// <exception cref="SsPolicyException">The policy has errors; each is named with its place.</exception>
        public static LocalContext FromJson(string json, SsContextOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(json);
            return Make([PolicyDocument.FromJson(json, "policy")], options);
        }

        /// <summary>Makes a context of a base and overlays that were read already, as <see cref="LocalContext.UpdatePolicy(IReadOnlyList{PolicyDocument})"/> takes them.</summary>
        /// <param name="documents">The base, then the overlays in their order; their text is copied. Diagnostics call each by its name.</param>
        /// <param name="options">Settings of the program; defaults when null. Its <see cref="SsContextOptions.Overlays"/> lie on top.</param>
        /// <returns>The context; the caller disposes it. Warnings of the policy go to the logger.</returns>
        /// <exception cref="SsPolicyException">The sum has errors; each is named with its place.</exception>
        /// <exception cref="ArgumentException"><paramref name="documents"/> is empty, or one has no name.</exception>
        public static LocalContext FromDocuments(IReadOnlyList<PolicyDocument> documents, SsContextOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(documents);
            if (documents.Count == 0)
                throw new ArgumentException("A policy has at least a base document.", nameof(documents));
            if (documents.Any(static one => one.Name is null))
                throw new ArgumentException("Each document needs a name.", nameof(documents));
            return Make([.. documents.Select(PolicyText.Own)], options);
        }
    }

    /// <summary>Reads layers, each once, and makes a context of them that knows their files, and watches them if the options say so.</summary>
    internal static LocalContext FromLayers(PolicyLayers layers, SsContextOptions? options)
    {
        options?.WatchPolicyFiles?.Check(nameof(options));
        var context = Make(layers.Read(), options, layers.Paths.IsEmpty ? null : layers);
        if (options?.WatchPolicyFiles is { } how && context.Layers is not null)
            context.WatchPolicyFiles(how);
        return context;
    }

    /// <summary>Makes a context of documents, which it takes over.</summary>
    private static LocalContext Make(IReadOnlyList<PolicyDocument> documents, SsContextOptions? options, PolicyLayers? from = null)
    {
        options ??= new SsContextOptions();

        // Kept for as long as the context lives: overlays that are applied later go over them.
        ImmutableArray<PolicyDocument> layers = [.. documents, .. options.Overlays.Select(PolicyText.Own)];
        var (model, lines) = PolicyText.LoadWhole(layers, options);
        return new LocalContext(model, layers, lines, options) { Layers = from, LayersKey = from is null ? "" : PolicyLayers.KeyOf(documents), LayersBase = from is null ? default : layers };
    }

    /// <summary>Reads a policy file.</summary>
    /// <exception cref="SsPolicyException">It cannot be read.</exception>
    internal static PolicyDocument ReadDocument(string path) => new(ReadFile(path), path);

    /// <summary>As <see cref="ReadDocument"/>, piece by piece, for whoever keeps nothing of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="piece">Where each piece is put.</param>
    /// <param name="length">Told how many bytes will come.</param>
    /// <param name="take">Takes each piece: of <paramref name="piece"/>, from a place, so many bytes.</param>
    /// <exception cref="SsPolicyException">It cannot be read, or changed while it was.</exception>
    internal static void ReadPieces(string path, byte[] piece, Action<long> length, Action<byte[], int, int> take) => Read(path, file =>
    {
        var left = file.Length;
        length(left);
        while (left > 0)
        {
            var count = file.Read(piece, 0, (int)Math.Min(piece.Length, left));
            if (count == 0)
                throw new EndOfStreamException("it became shorter while it was read");
            take(piece, 0, count);
            left -= count;
        }

        return true;
    });

    private static byte[] ReadFile(string path) => Read(path, static file =>
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    });

    private static T Read<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            // Shared with everybody: somebody who writes it just now shall neither be kept from that nor keep this from being told what is wrong with it.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            if (file.Length > LargestPolicyBytes)
                throw new SsPolicyException($"The policy file '{path}' has {file.Length} bytes; at most {LargestPolicyBytes} are read.");
            return read(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new SsPolicyException($"The policy file '{path}' cannot be read: {error.Message}");
        }
    }
}
