using System.Collections.Frozen;

namespace Amavis.Decoding.Helpers;

/// <summary>Finds in what a program says which members, or whether the whole archive, can't be read without a password.</summary>
internal static class EncryptionWords
{
    private const int MaxNames = 1000;
    private const string WrongPassword = "Wrong password? : ";

    private static readonly string[] Words = ["wrong password", "encrypted", "password is incorrect", "password required", "bad password", "enter password"];

    /// <param name="output">Of the program.</param>
    /// <returns>Names of members; whether the archive as a whole is meant.</returns>
    public static (IReadOnlySet<string> Names, bool Whole) Find(string output)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var whole = false;
        foreach (var line in output.Split('\n'))
        {
            if (line.IndexOf(WrongPassword, StringComparison.Ordinal) is >= 0 and var at && names.Count < MaxNames)
                names.Add(line[(at + WrongPassword.Length)..].TrimEnd('\r'));
            else
                whole |= Array.Exists(Words, word => line.Contains(word, StringComparison.OrdinalIgnoreCase));
        }
        return (names.Count == 0 ? FrozenSet<string>.Empty : names, whole && names.Count == 0);
    }
}
