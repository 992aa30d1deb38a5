using System.Diagnostics;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Context.Blobs;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FileBlobStoreTests : BlobStoreContract, IDisposable
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ss-blobs-");
    private readonly string _folder;
    private readonly SsFileBlobStore _store;

    public FileBlobStoreTests()
    {
        _folder = Path.Combine(_root.FullName, "state", "blobs");
        _store = new SsFileBlobStore(_folder, Clock);
    }

    private protected override ISsBlobStore Store => _store;

    [Fact]
    public void Folder_and_files_are_the_owners_alone_and_outlast_the_store()
    {
        _store.Write("a", "1"u8, Clock.GetUtcNow() + TimeSpan.FromHours(1));
        Assert.Equal(Mine | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        Assert.Equal(Mine, File.GetUnixFileMode(PathOf("a")));

        using var again = new SsFileBlobStore(_folder, Clock).Read("a");
        Assert.Equal("1"u8.ToArray(), again!.Span.ToArray());
        Assert.Equal(Clock.GetUtcNow() + TimeSpan.FromHours(1), again.Expires);
        Assert.Equal([PathOf("a")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void While_it_is_written_a_file_is_the_owners_alone()
    {
        var seen = UnixFileMode.None;
        var store = new SsFileBlobStore(_folder, Clock, (path, value, expires) =>
        {
            BlobFile.WriteNew(path, value, expires);
            seen = File.GetUnixFileMode(path);
            Assert.Equal(_folder, Path.GetDirectoryName(path));
        });
        store.Write("a", "1"u8);
        Assert.Equal(Mine, seen);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupExecute)]
    public void What_is_open_to_others_is_refused_with_the_command_that_mends_it(UnixFileMode more)
    {
        _store.Write("a", "1"u8);
        File.SetUnixFileMode(PathOf("a"), Mine | more);
        Assert.Contains($"chmod 600 '{PathOf("a")}'", Assert.Throws<SsBlobException>(() => _store.Read("a")).Message, StringComparison.Ordinal);
        Assert.Equal(["a"], _store.ListNames());

        File.SetUnixFileMode(_folder, Mine | UnixFileMode.UserExecute | more);
        Assert.Contains($"chmod 700 '{_folder}'", Assert.Throws<SsBlobException>(() => new SsFileBlobStore(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Symbolic_links_are_refused_and_writing_replaces_them()
    {
        var elsewhere = Path.Combine(_root.FullName, "elsewhere");
        File.WriteAllText(elsewhere, "not ours");
        File.CreateSymbolicLink(PathOf("a"), elsewhere);
        Assert.Contains("symbolic link", Assert.Throws<SsBlobException>(() => _store.Read("a")).Message, StringComparison.Ordinal);
        _store.Write("a", "1"u8);
        Assert.Equal("1", Text("a"));
        Assert.Equal("not ours", File.ReadAllText(elsewhere));

        File.CreateSymbolicLink(PathOf("b"), elsewhere);
        Assert.True(_store.Remove("b"));
        Assert.True(File.Exists(elsewhere));

        var link = Path.Combine(_root.FullName, "link");
        Directory.CreateSymbolicLink(link, _folder);
        Assert.Contains("symbolic link", Assert.Throws<SsBlobException>(() => new SsFileBlobStore(link + "/")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_put_there_is_the_value_as_it_stands()
    {
        PutThere("raw", "as it stands\n"u8);
        PutThere("short", "x"u8);
        PutThere("SHORT.2", ""u8);
        Assert.Equal("as it stands\n", Text("raw"));
        Assert.Equal("x", Text("short"));
        Assert.Equal(["SHORT.2", "raw", "short"], _store.ListNames());
    }

    [Fact]
    public void A_file_that_cannot_be_a_blob_is_refused_and_can_be_removed()
    {
        PutThere("large", new byte[BlobFile.HeaderBytes + SsBlob.LargestBytes + 1]);
        PutThere("wrong", "SSBLOB1\n\xff\xff\xff\xff\xff\xff\xff\xff"u8[..16]);
        PutThere("cut", "SSBLOB1\n\0\0"u8);
        foreach (var name in new[] { "large", "wrong", "cut" })
        {
            Assert.Contains(PathOf(name), Assert.Throws<SsBlobException>(() => _store.Read(name)).Message, StringComparison.Ordinal);
            Assert.True(_store.Remove(name));
        }

        Directory.CreateDirectory(PathOf("folder"));
        Assert.Throws<SsBlobException>(() => _store.Read("folder"));
        Assert.Throws<SsBlobException>(() => _store.Write("folder", "v"u8));
        Assert.Empty(_store.ListNames());
    }

    [Fact]
    public void With_a_full_disk_or_a_folder_that_cannot_be_written_the_old_value_stays()
    {
        _store.Write("a", "old"u8);
        foreach (var error in new Exception[] { new IOException("No space left on device"), new IOException("Read-only file system"), new UnauthorizedAccessException("Access is denied.") })
        {
            var full = new SsFileBlobStore(_folder, Clock, (path, value, expires) =>
            {
                BlobFile.WriteNew(path, value[..1], expires);
                throw error;
            });
            var told = 0;
            using var subscription = full.Subscribe(_ => told++);
            var failure = Assert.Throws<SsBlobException>(() => full.Write("a", "newer"u8));
            Assert.Contains(error.Message, failure.Message, StringComparison.Ordinal);
            Assert.Contains("'a'", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("newer", failure.ToString(), StringComparison.Ordinal);
            Assert.Equal("old", Text("a"));
            Assert.Equal([PathOf("a")], Directory.GetFileSystemEntries(_folder));
            Assert.Equal(0, told);
        }
    }

    [Fact]
    public void A_folder_that_is_gone_is_told()
    {
        Directory.Delete(_folder);
        Assert.Null(_store.Read("a"));
        Assert.Contains(_folder, Assert.Throws<SsBlobException>(() => _store.Write("a", "1"u8)).Message, StringComparison.Ordinal);
        Assert.Contains(_folder, Assert.Throws<SsBlobException>(_store.ListNames).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_crashed_writer_left_is_swept_once_it_is_old()
    {
        var left = Path.Combine(_folder, ".new-0123");
        File.WriteAllText(left, "half of a sec");
        File.SetLastWriteTimeUtc(left, (Clock.GetUtcNow() - TimeSpan.FromMinutes(59)).UtcDateTime);
        _ = new SsFileBlobStore(_folder, Clock);
        Assert.True(File.Exists(left));
        Clock.Advance(TimeSpan.FromMinutes(2));
        _ = new SsFileBlobStore(_folder, Clock);
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task Another_process_that_writes_the_same_blob_is_seen_and_values_never_mix()
    {
        // Its values are 1,003 bytes of 3, ours 1,005 of 5: a mixture of any kind shows.
        const string Script = """
            umask 077
            i=0
            while [ $i -lt 300 ]; do
              head -c 1003 /dev/zero | tr '\0' '\3' > .other && mv .other v.blob || exit 1
              i=$((i + 1))
            done
            """;
        using var other = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", Script }, WorkingDirectory = _folder })!;
        var seen = new HashSet<byte>();
        while (!other.HasExited)
        {
            _store.Write("v", Repeated(5));
            for (var i = 0; i < 10; i++)
            {
                using var blob = _store.Read("v");
                var span = blob!.Span;
                Assert.Equal(1000 + span[0], span.Length);
                Assert.True(span.IndexOfAnyExcept(span[0]) < 0, "A value is mixed of two.");
                seen.Add(span[0]);
            }
        }

        await other.WaitForExitAsync(TestContext.Current.CancellationToken).OrFail(static () => "The other process does not end.");
        Assert.Equal(0, other.ExitCode);
        Assert.Equal("3 5", string.Join(" ", seen.Order()));
    }

    public void Dispose() => _root.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_folder, name + ".blob");

    private void PutThere(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(PathOf(name), content);
        File.SetUnixFileMode(PathOf(name), Mine);
    }
}
