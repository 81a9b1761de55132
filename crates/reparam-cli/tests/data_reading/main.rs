//! Reading image data: each format as it should be, each fault as one error, and damage of any kind without a panic.

mod array_faults;
mod damage;
mod file_faults;
mod files;
mod formats;
mod picture_faults;
mod table_faults;
mod tables_and_pictures;
